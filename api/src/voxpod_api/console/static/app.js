// What a person does, and what is shown then.

import { Api } from "./api.js";
import { showVoices } from "./catalogue.js";
import { showDays } from "./days.js";
import { byId } from "./elements.js";
import { showLimits } from "./limits.js";
import { canBeHeardLive } from "./live.js";
import { listen, play } from "./player.js";
import { Speaking, told } from "./speaking.js";
import { showTasks } from "./tasks.js";

const KEPT = "voxpod-key"; // of this tab, and no longer than it
let api = null;
let speaking = null;
let times = "word"; // or "sentence", where the model knows no words' times

const problem = (error) => (byId("problem").textContent = error?.message ?? "");

async function signIn(key) {
  const asked = new Api(key);
  await showLimits(asked);
  await showVoices(asked);
  [api, speaking] = [asked, new Speaking(asked)];
  sessionStorage.setItem(KEPT, key);
  byId("sign-in").hidden = true;
  for (const id of ["console", "sign-out"]) byId(id).hidden = false;
  byId("text").focus();
  await showTasks(api, problem);
  await showDays(api).catch(() => {}); // what is kept elsewhere may be away: nothing else depends on it
}

function signOut() {
  sessionStorage.removeItem(KEPT);
  location.reload();
}

async function speak() {
  const body = {
    text: byId("text").value,
    format: byId("format").value,
    speed: Number(byId("speed").value),
    timestamps: times,
  };
  if (byId("voice").value) body.voice = byId("voice").value;
  busy(true);
  problem(null);
  try {
    const tell = (now) => (byId("state").textContent = told(now));
    let live = null;
    const hear = (piece) => {
      if (canBeHeardLive(body.format)) (live ??= listen(body.format)).feed(piece);
    };
    let task = await speaking.run(body, tell, hear);
    if (task.error?.code === "not_supported" && times === "word") {
      times = "sentence";
      task = await speaking.run({ ...body, timestamps: times }, tell, hear);
    }
    if (task.error) throw new Error(task.error.message);
    byId("state").textContent = `${task.duration.toFixed(1)} s of audio, voice ${task.voice}.`;
    await play(api, task, { live });
  } catch (error) {
    byId("state").textContent = "";
    problem(error);
  } finally {
    busy(false);
  }
  await Promise.all([showLimits(api), showTasks(api, problem)]).catch(problem);
}

function busy(is) {
  byId("start").disabled = is;
  byId("cancel").disabled = !is;
  if (is) byId("state").textContent = "Asking …";
}

function showLength() {
  const length = [...byId("text").value].length;
  byId("length").textContent = `${length.toLocaleString()} characters`;
}

function keyboard(event) {
  if (event.key === "Enter" && event.ctrlKey && !byId("start").disabled) byId("speak").requestSubmit();
  if (event.key === "Escape" && !byId("cancel").disabled) speaking.cancel().catch(problem);
}

byId("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("sign-in-problem").textContent = "";
  signIn(byId("key").value.trim()).catch((error) => (byId("sign-in-problem").textContent = error.message));
});
byId("speak").addEventListener("submit", (event) => {
  event.preventDefault();
  speak();
});
byId("cancel").addEventListener("click", () => speaking.cancel().catch(problem));
byId("sign-out").addEventListener("click", signOut);
byId("text").addEventListener("input", showLength);
byId("speed").addEventListener("input", () => (byId("speed-told").textContent = Number(byId("speed").value).toFixed(1)));
byId("speak").addEventListener("keydown", keyboard);

showLength();
const kept = sessionStorage.getItem(KEPT);
if (kept) signIn(kept).catch(() => sessionStorage.removeItem(KEPT));
