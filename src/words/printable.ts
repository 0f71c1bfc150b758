/** What moves the cursor, hides, reorders or breaks a line: controls, format and unassigned characters, odd spaces. */
const unprintable = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\\]/gu;

/** A name as it may safely go to a terminal: `\x1b` for ESC, `\u{202e}` for a direction override, `\\` for a backslash.
 *  Tenants choose names, field managers and annotation keys; none of them may forge a line or hide one. */
export function printable(text: string): string {
  return text.replace(unprintable, escape);
}

function escape(character: string): string {
  if (character === '\\') return '\\\\';
  const codePoint = character.codePointAt(0) ?? 0;
  const hex = codePoint.toString(16);
  return codePoint < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
