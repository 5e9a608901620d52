import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** An element and its inner size in CSS pixels; zero until it is first laid out. */
export function useSize<Target extends Element>(): [
  RefObject<Target | null>,
  { readonly width: number; readonly height: number },
] {
  const target = useRef<Target>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    if (!target.current) return;
    const observer = new ResizeObserver((entries) => {
      const box = entries.at(-1)?.contentRect;
      if (box) setSize({ width: Math.round(box.width), height: Math.round(box.height) });
    });
    observer.observe(target.current);
    return () => observer.disconnect();
  }, []);
  return [target, size];
}
