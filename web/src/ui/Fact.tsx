interface Props {
  name: string;
  value: string;
}

/** A figure with its name, within a `dl`. */
export function Fact({ name, value }: Props) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
