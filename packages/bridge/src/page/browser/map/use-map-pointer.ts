import { useRef } from "preact/hooks";
import type { ScreenPoint } from "./map-view.js";

/** What a pointer does on the map. */
export interface MapPointerOptions {
  readonly canPan: boolean;
  readonly onPan: (dx: number, dy: number) => void;
  /** Where a mouse is; `undefined` when it left. */
  readonly onPoint: (at: ScreenPoint | undefined) => void;
  /** A click or a tap. */
  readonly onPick: (at: ScreenPoint) => void;
}

const DRAG_PIXELS = 4;

interface Drag {
  readonly from: ScreenPoint;
  last: ScreenPoint;
  moved: boolean;
}

/** Pointer handlers that tell a tap from a drag, for mouse, pen and finger alike. */
export function useMapPointer({ canPan, onPan, onPoint, onPick }: MapPointerOptions) {
  const drag = useRef<Drag | undefined>(undefined);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      const at = placeOf(event);
      drag.current = { from: at, last: at, moved: false };
      if (canPan) targetOf(event)?.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      const at = placeOf(event);
      const held = drag.current;
      if (held) {
        held.moved ||= Math.hypot(at.x - held.from.x, at.y - held.from.y) > DRAG_PIXELS;
        if (held.moved && canPan) {
          onPan(at.x - held.last.x, at.y - held.last.y);
          held.last = at;
        }
      }
      if (event.pointerType === "mouse") onPoint(held?.moved ? undefined : at);
    },
    onPointerUp: (event: PointerEvent) => {
      const held = drag.current;
      drag.current = undefined;
      if (held && !held.moved) onPick(placeOf(event));
    },
    onPointerCancel: () => {
      drag.current = undefined;
    },
    onPointerLeave: () => onPoint(undefined),
  };
}

function targetOf(event: PointerEvent): Element | undefined {
  return event.currentTarget instanceof Element ? event.currentTarget : undefined;
}

function placeOf(event: PointerEvent): ScreenPoint {
  const box = targetOf(event)?.getBoundingClientRect();
  return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
}
