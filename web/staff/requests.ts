/** Asks the server. Answers are fragments of HTML that the server rendered; a refusal is a status and a plain sentence. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly sentence: string,
  ) {
    super(sentence);
  }
}

async function ask(url: string, init: RequestInit): Promise<string> {
  const reply = await fetch(url, { ...init, headers: { Accept: "application/json" }, redirect: "error" });
  const body = await reply.text();
  if (!reply.ok) throw new Refusal(reply.status, sentenceOf(body));
  return body;
}

function sentenceOf(body: string): string {
  try {
    const parsed = JSON.parse(body) as { error?: { message?: string } };
    return parsed.error?.message ?? "That did not work. Please try again.";
  } catch {
    return "That did not work. Please try again.";
  }
}

export const fetchFragment = (url: string): Promise<string> => ask(url, {});

/** `by`: the button that was pressed, where its value is part of the answer; `to`: another address than the form's own. */
export const send = (form: HTMLFormElement, by: HTMLElement | null = null, to = form.action): Promise<string> => {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, by)) if (typeof value === "string") fields.append(name, value);
  return ask(to, { method: "POST", body: fields });
};
