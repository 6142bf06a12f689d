// The work of get-me as it is commonly written in Node.js: Express behind serverless-http, jose for the token, the AWS SDK v3 for a
// counter and a consistent batch read. On Lambda, the runtime client is part of the image; here `serve` replaces it.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BatchGetCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import express from 'express'
import { importSPKI, jwtVerify } from 'jose'
import http from 'node:http'
import serverless from 'serverless-http'

const { USERS_TABLE, SESSIONS_TABLE, RATE_LIMITS_TABLE, COMMON_SECRET, TOKEN_ISSUER, TOKEN_AUDIENCE, LIMIT_USER_REQUESTS } = process.env

const documents = DynamoDBDocumentClient.from(new DynamoDBClient())
const secrets = new SecretsManagerClient()
let keys

async function verificationKey({ kid }) {
  keys ??= JSON.parse((await secrets.send(new GetSecretValueCommand({ SecretId: COMMON_SECRET }))).SecretString).verification_keys
  return importSPKI(keys[kid], 'EdDSA')
}

const app = express()
app.disable('x-powered-by')

app.get('/api/auth/me', async (request, response) => {
  const token = request.get('authorization')?.replace(/^Bearer /i, '') ?? ''
  const { payload } = await jwtVerify(token, verificationKey, { issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE, algorithms: ['EdDSA'] })
  const now = Math.floor(Date.now() / 1000)
  const counter = `m${Math.floor(now / 60)}`
  const owner = `USER#${payload.sub}`
  const [counted, read] = await Promise.all([
    documents.send(
      new UpdateCommand({
        TableName: RATE_LIMITS_TABLE,
        Key: { pk: owner },
        UpdateExpression: `ADD ${counter} :one SET #ttl = :ttl`,
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':one': 1, ':ttl': now + 1920 },
        ReturnValues: 'ALL_NEW',
      }),
    ),
    documents.send(
      new BatchGetCommand({
        RequestItems: {
          [USERS_TABLE]: { Keys: [{ pk: owner }], ConsistentRead: true },
          [SESSIONS_TABLE]: { Keys: [{ pk: owner, sk: `SESSION#${payload.sid}` }], ConsistentRead: true },
        },
      }),
    ),
  ])
  const [user] = read.Responses[USERS_TABLE]
  const [session] = read.Responses[SESSIONS_TABLE]
  if (!user || !session || session.ttl < now) return response.status(401).json({ success: false })
  if (counted.Attributes[counter] > Number(LIMIT_USER_REQUESTS)) return response.status(429).json({ success: false })
  const { id, email, name, role, email_verified, created_at } = user
  response.set('cache-control', 'no-store').json({ success: true, data: { id, email, name, role, email_verified, created_at } })
})

app.use((error, request, response, next) => {
  console.error(JSON.stringify({ level: 'error', cause: error.message }))
  response.status(401).json({ success: false })
})

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new http.Agent({ keepAlive: true })

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/${path}` }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ headers: response.headers, text })
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function serve(handler) {
  for (;;) {
    const { headers, text } = await call('GET', 'invocation/next')
    const answer = await handler(JSON.parse(text), {})
    await call('POST', `invocation/${headers['lambda-runtime-aws-request-id']}/response`, JSON.stringify(answer))
  }
}

serve(serverless(app)).catch(() => process.exit(1))
