// OpenAI's SDK for Node as it is: base URL and key as arguments, what came of each call as JSON on standard output.
import { createHash } from "node:crypto";
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const call = { model: "tts-1", voice: "alloy", input: "Read from the screen." };

const digest = (bytes) => createHash("sha256").update(Buffer.from(bytes)).digest("hex");

async function refused(body) {
  try {
    await client.audio.speech.create(body);
    return null;
  } catch (error) {
    return { name: error.constructor.name, status: error.status, code: error.code, param: error.param, id: error.requestID };
  }
}

async function events() {
  const answer = await client.audio.speech.create({ ...call, model: "gpt-4o-mini-tts", stream_format: "sse" });
  const lines = (await answer.text()).split("\n").filter((line) => line.startsWith("data: "));
  const found = lines.map((line) => JSON.parse(line.slice(6)));
  const audio = Buffer.concat(found.filter((e) => e.type === "speech.audio.delta").map((e) => Buffer.from(e.audio, "base64")));
  return { audio: digest(audio), last: found.at(-1).type };
}

const answer = await client.audio.speech.create(call);
const models = [];
for await (const model of client.models.list()) models.push(model.id);
console.log(JSON.stringify({
  type: answer.headers.get("content-type"),
  audio: digest(await answer.arrayBuffer()),
  events: await events(),
  models,
  voice: await refused({ ...call, voice: "nobody" }),
  model: await refused({ ...call, model: "none" }),
}));
