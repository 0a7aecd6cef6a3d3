// The audio, and the sentence that is heard.

import { byId, element } from "./elements.js";

const MARKUP = /<\/?lang(?:=[^<>]*)?>/g;
let url = "";

export async function play(api, task, { start }) {
  const blob = await api.blob(`/v1/speech-tasks/${task.id}/audio`);
  URL.revokeObjectURL(url);
  url = URL.createObjectURL(blob);
  const player = byId("player");
  player.src = url;
  Object.assign(byId("download"), { href: url, download: `${task.id}.${task.format}` });
  byId("heard").hidden = false;
  follow(player, task.timestamps_url ? (await api.json(task.timestamps_url)).sentences : []);
  // a browser may want a click first: then the controls are there
  if (start) await player.play().catch(() => {});
}

function follow(player, sentences) {
  const shown = sentences.map((one) => element("span", { textContent: one.text.replaceAll(MARKUP, "") }));
  byId("read-along").replaceChildren(...shown.flatMap((one) => [one, " "]));
  player.ontimeupdate = () => {
    sentences.forEach((one, number) => {
      const heard = !player.paused && one.startSeconds <= player.currentTime && player.currentTime < one.endSeconds;
      const text = shown[number].textContent;
      if (heard !== (shown[number].firstElementChild !== null)) {
        shown[number].replaceChildren(heard ? element("mark", { textContent: text }) : text);
      }
    });
  };
}
