/** What became of the messages of one street. */
export class StreetTally {
  sent = 0;
  /** Due while their connection was down. */
  missed = 0;
  /** Due, and not sent by a node that drops out. */
  skipped = 0;
  /** Sent later than due, since the broker took no more. */
  heldBack = 0;
  /** QoS 1 and 2. */
  acknowledged = 0;
  /** Acknowledged with a reason code of 128 or more. */
  refused = 0;
  /** In flight when their connection broke, or at the end. */
  unacknowledged = 0;
}
