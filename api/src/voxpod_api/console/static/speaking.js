// One text: a task is made, followed to its end while it is heard, or cancelled.

const WAIT_SECONDS = 20;

export class Speaking {
  #api;
  #task = null;
  #cancelled = false;

  constructor(api) {
    this.#api = api;
  }

  // The task as it ended; `tell` is told it whenever it is another, `hear` gets its sound as it comes.
  async run(body, tell, hear) {
    this.#cancelled = false;
    let task = null;
    try {
      for await (const event of this.#api.events("/v1/speech-tasks", { body: { ...body, stream: true } })) {
        if (event.type === "speech.audio.delta") hear(Uint8Array.from(atob(event.audio), (one) => one.charCodeAt(0)));
        if (event.type === "speech_task") await this.#see((task = event.task), tell);
      }
    } catch (error) {
      if (!task) throw error; // it was not made
    }
    // a stream that was cut took nothing away from the task
    while (!ended(task)) await this.#see((task = await this.#api.json(`/v1/speech-tasks/${task.id}?wait=${WAIT_SECONDS}`)), tell);
    this.#task = null;
    return task;
  }

  async cancel() {
    this.#cancelled = true;
    if (this.#task) await this.#end();
  }

  async #see(task, tell) {
    const first = this.#task !== task.id;
    this.#task = task.id;
    tell(task);
    if (first && this.#cancelled) await this.#end();
  }

  async #end() {
    await this.#api.json(`/v1/speech-tasks/${this.#task}`, { method: "DELETE" });
  }
}

const ended = ({ status }) => status !== "queued" && status !== "running";

export function told(task) {
  if (task.status === "running") return "Speaking …";
  return task.queue_position ? `Waiting, number ${task.queue_position} in line …` : "Waiting for a sandbox …";
}
