// node send.mjs LIBRARY HOST KEY: hands every call on its standard input, one a line, to a client library.
// Says "again" whenever the library tries a request anew, and "failed" for an event that it gave up; ends once
// all were handed over.
import { createInterface } from "node:readline";
import { Analytics } from "@segment/analytics-node";
import RudderStack from "@rudderstack/rudder-sdk-node";

const [library, host, writeKey] = process.argv.slice(2);
const say = (word) => process.stdout.write(`${word}\n`);

const libraries = {
  segment() {
    const client = new Analytics({ writeKey, host, flushAt: 10, flushInterval: 500, maxRetries: 10 });
    client.on("http_request", ({ headers }) => "X-Retry-Count" in headers && say("again"));
    client.on("error", () => say("failed"));
    return { call: (type, told) => client[type](told), end: () => client.closeAndFlush({ timeout: 80_000 }) };
  },
  rudderstack() {
    const client = new RudderStack(writeKey, {
      dataPlaneUrl: host, flushAt: 10, retryCount: 10, logLevel: "silly",
      axiosRetryConfig: { onRetry: () => say("again") }, errorHandler: () => {},
    });
    const call = (type, told) => client[type](told, (error) => error && say("failed"));
    const end = async () => {
      while (client.queue.length) await client.flush();
      await client.flush();
    };
    return { call, end };
  },
};

const client = libraries[library]();
for await (const line of createInterface({ input: process.stdin })) {
  const { type, ...told } = JSON.parse(line);
  client.call(type, told);
}
await client.end();
