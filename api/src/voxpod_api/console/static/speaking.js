// One text: a task is made, followed to its end, or cancelled.

const WAIT_SECONDS = 2; // how often the place in the line is told anew

export class Speaking {
  #api;
  #task = null;
  #cancelled = false;

  constructor(api) {
    this.#api = api;
  }

  // The task as it ended; `tell` is told it each time that it was asked for.
  async run(body, tell) {
    this.#cancelled = false;
    let task = await this.#api.json("/v1/speech-tasks", { method: "POST", body });
    this.#task = task.id;
    if (this.#cancelled) await this.#end();
    while (task.status === "queued" || task.status === "running") {
      tell(task);
      task = await this.#api.json(`/v1/speech-tasks/${task.id}?wait=${WAIT_SECONDS}`);
    }
    this.#task = null;
    return task;
  }

  async cancel() {
    this.#cancelled = true;
    if (this.#task) await this.#end();
  }

  async #end() {
    await this.#api.json(`/v1/speech-tasks/${this.#task}`, { method: "DELETE" });
  }
}

export function told(task) {
  if (task.status === "running") return "Speaking …";
  return task.queue_position ? `Waiting, number ${task.queue_position} in line …` : "Waiting for a sandbox …";
}
