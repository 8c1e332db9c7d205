/** Where what the persona tells is written, shown while it is told. Never more than the server's own words. */
import { element, setText } from "./page";

export interface Citation {
  readonly title: string;
  readonly section: string;
  readonly source: string;
}

/** One line for people. Pure. */
export function citationWords({ title, section, source }: Citation): string {
  const place = section === "" || section === title ? title : `${title}, “${section}”`;
  const from = source.replace(/,?\s*https?:\/\/\S+/g, "").trim();
  return `From your clinic’s guide: ${place}${from === "" ? "" : `. Source: ${from}`}`;
}

/** The line below the caption. */
export function showCitation(citation: Citation | null): void {
  element("cite").hidden = citation === null;
  setText("cite", citation === null ? "" : citationWords(citation));
}
