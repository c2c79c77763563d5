// The chat, seen by the package ws: node chat_ws.mjs PORT CERTIFICATE. Prints "good"; ends with
// status 77 if there is no such package where require() looks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { once } from "node:events";
import assert from "node:assert/strict";

let WebSocket;
try {
    WebSocket = createRequire(import.meta.url)("ws");
} catch {
    process.exit(77);
}

const [port, certificate] = process.argv.slice(2);
const url = `wss://localhost:${port}/chat`;
const options = { ca: readFileSync(certificate) };

async function join(more = {}) {
    const socket = new WebSocket(url, { ...options, ...more });
    await once(socket, "open");
    return socket;
}

async function say(socket, data, listeners = [socket]) {
    const heard = listeners.map((listener) => once(listener, "message"));
    socket.send(data);
    for (const [message, binary] of await Promise.all(heard)) {
        assert.equal(binary, typeof data !== "string");
        assert.deepEqual(message, Buffer.from(data));
    }
}

const ann = await join();
const bob = await join({ perMessageDeflate: false });
assert.equal(ann.extensions, "");
await say(ann, "hello", [ann, bob]);
await say(bob, Buffer.alloc(65536, 7), [ann, bob]);

const pong = once(ann, "pong");
ann.ping("are you there");
assert.equal(String((await pong)[0]), "are you there");

const whole = once(bob, "message");
ann.send("in ", { fin: false });
ann.send("pieces", { fin: true });
assert.equal(String((await whole)[0]), "in pieces");

const refused = once(ann, "close");
ann.send(Buffer.alloc(65537));
assert.equal((await refused)[0], 1009);

const closed = once(bob, "close");
bob.close(4000, "done");
assert.deepEqual((await closed).map(String), ["4000", "done"]);
console.log("good");
