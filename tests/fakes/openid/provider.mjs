// An OpenID provider that somebody else wrote (node-oidc-provider, certified by the OpenID Foundation), on a free port of this machine.
// Arguments: the folder in which it is installed, and as JSON the client and what is known of each person. Prints its issuer.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, given] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`).href);
const { client, people } = JSON.parse(given);

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ grant_types: ["authorization_code"], response_types: ["code"], ...client }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    cookies: { keys: ["of the tests"] },
    findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
    pkce: { required: () => true },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
