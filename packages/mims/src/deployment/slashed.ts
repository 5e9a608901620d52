/** An address with a slash at its end, so that what is below it can be resolved against it. */
export function slashed(address: string): string {
  return address.endsWith("/") ? address : `${address}/`;
}
