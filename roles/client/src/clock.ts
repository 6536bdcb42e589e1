/** Seconds by which the clocks of client and provider may differ. */
export const clockDifference = 30
