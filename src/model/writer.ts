export type Confidence = 'high' | 'medium' | 'low';

/** Who wrote. A user is authenticated (audit log, admission); a field manager is what the client called itself. */
export interface Writer {
  readonly name: string;
  readonly kind: 'user' | 'fieldManager';
  readonly confidence: Confidence;
}
