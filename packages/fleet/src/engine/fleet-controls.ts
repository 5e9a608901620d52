/** What may be changed while a fleet runs. The run looks at it all the time. */
export class FleetControls {
  /** All rates, as a multiple of what the scenario says; 0 is a pause. */
  rate = 1;
  /** Share of the nodes that send, 0 to 1. */
  nodes = 1;
  /** Nodes with faults have them; undefined leaves it to the phase. */
  faults: boolean | undefined;
  /** Share of the connections to be broken once, 0 to 1; 0 when it is done. */
  cut = 0;
}
