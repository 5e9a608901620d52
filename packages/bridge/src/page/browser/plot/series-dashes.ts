/** How each of the six series is dashed: drawn and empty pixels in turn. None is a whole line. */
export const seriesDashes: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [4, 2],
  [12, 2, 2, 2, 2, 2],
];
