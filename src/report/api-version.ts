/** Alone here, so that making a report does not load the schema and its library. */
export const apiVersion = 'kubechurn.dev/v1';
