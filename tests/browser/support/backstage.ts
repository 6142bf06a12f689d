// Changes that bypass the service: at Stripe, in webhooks, and in the tables. A merchant, a lost message or a bug would make them.
import { createHmac } from 'node:crypto';
import type { Person, Platform } from './platform.ts';

interface Config {
  stripe: { api_key: string; webhook_secret: string };
  aws: { access_key_id: string; region: string };
}

export class Backstage {
  private constructor(
    private readonly platform: Platform,
    private readonly config: Config,
  ) {}

  static async of(platform: Platform): Promise<Backstage> {
    return new Backstage(platform, (await platform.console('GET', '/config')) as Config);
  }

  /** Calls Stripe as its dashboard does. */
  async stripe<T>(method: 'GET' | 'POST' | 'DELETE', path: string, form?: Record<string, string>): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.platform.port + 1}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.config.stripe.api_key}` },
      body: form && new URLSearchParams(form),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** A person's customer and subscription at Stripe. */
  async billed(person: Person): Promise<{ customer: string; subscription: string }> {
    const { data: customers } = await this.stripe<{ data: { id: string }[] }>('GET', `customers?email=${encodeURIComponent(person.email)}`);
    const customer = customers[0]?.id ?? '';
    const { data: subscriptions } = await this.stripe<{ data: { id: string }[] }>('GET', `subscriptions?customer=${customer}`);
    return { customer, subscription: subscriptions[0]?.id ?? '' };
  }

  /** Delivers an event about a customer, with a valid signature. Returns the status of the response. */
  async event(id: string, type: string, customer: string): Promise<number> {
    const body = JSON.stringify({
      id,
      object: 'event',
      type,
      livemode: false,
      data: { object: { id: 'sub_0', object: 'subscription', customer } },
    });
    const { now } = (await this.platform.console('GET', '/clock')) as { now: string };
    const time = Math.floor(Date.parse(now) / 1000);
    const signature = createHmac('sha256', this.config.stripe.webhook_secret).update(`${time}.${body}`).digest('hex');
    const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` };
    return (await fetch(`${this.platform.origin}/api/subscription/webhook`, { method: 'POST', headers, body })).status;
  }

  /** Overwrites the version of a customer's row: a string makes the row unreadable, a number makes it readable again. */
  async overwriteVersion(customer: string, version: { S: string } | { N: string }): Promise<void> {
    const { TableNames } = (await this.dynamodb('ListTables', {})) as { TableNames: string[] };
    const table = TableNames.find((name) => /subscriptions/i.test(name));
    await this.dynamodb('UpdateItem', {
      TableName: table,
      Key: { pk: { S: `CUST#${customer}` } },
      UpdateExpression: 'SET version = :version',
      ExpressionAttributeValues: { ':version': version },
    });
  }

  private async dynamodb(operation: string, body: object): Promise<unknown> {
    const { access_key_id, region } = this.config.aws;
    const answer = await fetch(`http://127.0.0.1:${this.platform.port + 3}`, {
      method: 'POST',
      headers: {
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        // The platform checks the key id but not the signature.
        authorization: `AWS4-HMAC-SHA256 Credential=${access_key_id}/20260101/${region}/aws/aws4_request, SignedHeaders=host, Signature=0`,
        'content-type': 'application/x-amz-json-1.0',
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
