/** What the throttle's label says on a namespace; `none` also for objects that lie in none. */
export type ThrottleLabel = 'on' | 'off' | 'none';
