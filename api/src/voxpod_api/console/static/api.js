// Calls of the API: every answer is JSON, audio, or an error with a message for people.

export class Problem extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
  }
}

export class Api {
  constructor(key) {
    this.key = key;
  }

  async json(path, { method = "GET", body, signal } = {}) {
    return (await this.#answer(path, method, body, signal)).json();
  }

  async blob(path, { signal } = {}) {
    return (await this.#answer(path, "GET", undefined, signal)).blob();
  }

  // The events of an answer that goes on, each as it comes.
  async *events(path, { method = "POST", body, signal } = {}) {
    const reader = (await this.#answer(path, method, body, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (text + value).split("\n");
      text = lines.pop();
      for (const line of lines) if (line.startsWith("data: ")) yield JSON.parse(line.slice("data: ".length));
    }
  }

  async #answer(path, method, body, signal) {
    let answer;
    try {
      answer = await fetch(path, {
        method,
        signal,
        headers: { Authorization: `Bearer ${this.key}` },
        body: body && JSON.stringify(body),
        cache: "no-store",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(0, { message: "The server does not answer.", code: "no_answer" });
    }
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => null);
    throw new Problem(answer.status, said?.error ?? { message: `The server answers ${answer.status}.`, code: "" });
  }
}
