// Serves the model on a free port of the loopback interface, says which on standard output, and ends with its input.
const cds = require('@sap/cds')
const express = require('express')

const TOKEN = process.env.ODATA_SERVER_TOKEN

const main = async () => {
  cds.root = __dirname
  const app = express()
  const listen = app.listen.bind(app)
  app.listen = port => listen(port, '127.0.0.1')
  app.post('/token', (_request, response) => {
    response.json({ access_token: TOKEN, token_type: 'Bearer', expires_in: 300 })
  })
  app.use((request, response, next) => {
    if (request.headers.authorization === `Bearer ${TOKEN}`) return next()
    response.status(401).json({ error: { code: '401', message: 'no token' } })
  })
  const server = await cds.server({ app, from: 'srv', service: 'all', in_memory: true, port: 0 })
  await new Promise(resolve => (server.listening ? resolve() : server.once('listening', resolve)))
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`)
  process.stdin.resume().on('end', () => process.exit(0))
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
