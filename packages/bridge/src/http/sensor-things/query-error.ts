/** A request that cannot be carried out; the message tells what it takes instead. */
export class QueryError extends Error {
  readonly statusCode: 400 | 404;

  constructor(message: string, statusCode: 400 | 404 = 400) {
    super(message);
    this.statusCode = statusCode;
  }
}
