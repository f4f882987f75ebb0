// An AT Protocol network for tests: directory (PLC), personal data server (PDS) and AppView, all on loopback.
//
// In the environment: PORTS, the first of fifty free ports; CHAT, where our own chat service listens (the network's own
// is not published); DB_POSTGRES_URL, REDIS_HOST. Says where it is on standard output, one line of JSON. Its address
// "control" answers when everything that was written has arrived everywhere, and lets tests see what the network's own
// library makes of a text.
import http from 'node:http'
import net from 'node:net'

let next = Number(process.env.PORTS)
const listen = net.Server.prototype.listen
// Every server here listens on loopback, and "any port" is one below 32768: higher ones meet outgoing connections.
net.Server.prototype.listen = function (...asked) {
  if (/^\d+$/.test(String(asked[0]))) asked[0] = { port: Number(asked[0]) }
  if (asked[0] && typeof asked[0] === 'object' && 'port' in asked[0]) {
    asked[0] = { ...asked[0], port: asked[0].port || next++, host: '127.0.0.1' }
  }
  return listen.apply(this, asked)
}

const { TestNetwork } = await import('@atproto/dev-env')
const { RichText } = await import('@atproto/api')
const { Client } = await import('@did-plc/lib')
const { Secp256k1Keypair } = await import('@atproto/crypto')

const network = await TestNetwork.create({
  dbPostgresSchema: 'draht',
  plc: { port: next++ },
  bsky: { port: next++ },
  ozone: { port: next++ },
  pds: { port: next++, hostname: 'localhost', serviceHandleDomains: ['.test'], enableDidDocWithSession: true },
})

// The chat is a service with an identity, as the real one is; the PDS finds its address there.
const key = await Secp256k1Keypair.create()
const directory = new Client(network.plc.url)
const chat = await directory.createDid({
  signingKey: key.did(), rotationKeys: [key.did()], handle: 'chat.test', pds: process.env.CHAT, signer: key,
})
await directory.updateData(chat, key, (document) => {
  document.services['bsky_chat'] = { type: 'BskyChatService', endpoint: process.env.CHAT }
  return document
})

const control = http.createServer(async (request, response) => {
  const body = (await request.toArray()).join('')
  if (request.url === '/settle') {
    await network.processAll()
    response.end('{}')
  } else {
    const text = new RichText({ text: body })
    text.detectFacetsWithoutResolution()
    response.end(JSON.stringify({ facets: text.facets ?? [], graphemes: text.graphemeLength, bytes: text.length }))
  }
})
const place = await new Promise((done) => control.listen(next++, () => done(control.address().port)))

console.log(JSON.stringify({ pds: network.pds.url, control: `http://127.0.0.1:${place}`, chat }))
const stop = async () => { await network.close(); process.exit(0) }
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
process.stdin.on('end', stop).resume() // ends with the tests, however they end
