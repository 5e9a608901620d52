import { Component, type ComponentClass, type FunctionComponent, h } from "preact";

/** A component that is drawn anew only when one of its properties changed. */
export function memo<Props extends object>(draw: FunctionComponent<Props>): ComponentClass<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before: object = this.props;
      const names = new Set([...Object.keys(before), ...Object.keys(next)]);
      return [...names].some((name) => Reflect.get(before, name) !== Reflect.get(next, name));
    }

    override render(props: Readonly<Props>) {
      return h(draw, props);
    }
  };
}
