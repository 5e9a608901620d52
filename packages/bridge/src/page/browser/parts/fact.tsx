import type { ComponentChildren } from "preact";

/** One name and value in a list of facts; nothing where there is no value. */
export function Fact(props: {
  readonly name: string;
  /** What it means, on hover. */
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  const { name, title, children } = props;
  if (children === undefined || children === null || children === "") return null;
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
