/** DEL, C1 controls, and the invisible or direction-changing characters JSON.stringify leaves alone: a tenant may have put
 *  them into a name, and the report is often read on a terminal. */
const treacherous = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A report of any kind as JSON, indented or on one line, with a newline at its end; parses to exactly the report. */
export function reportJson(report: Readonly<object>, indent = 2): string {
  const json = JSON.stringify(report, undefined, indent);
  return `${json.replace(treacherous, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
