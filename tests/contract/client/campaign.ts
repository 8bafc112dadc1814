// One campaign from creation to its end, by a client whose types were made from docs/openapi.yaml: what does not agree with
// the document does not compile.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

type Campaign = components['schemas']['Campaign'];

/** Creates a campaign, starts it, waits until it is completed. */
export async function runCampaign(baseUrl: string, headers: Record<string, string>): Promise<Campaign> {
  const client = createClient<paths>({ baseUrl, headers });

  const created = await client.POST('/v1/campaigns', {
    body: {
      name: 'Renewals', script_id: 'scr_1', language: 'hi-IN', max_attempts: 2, retry_interval_minutes: 1,
      contacts: [
        { phone: '+919000000001', name: 'Asha', plan: 'gold' },
        { phone: '+919000000002', name: 'Ravi', plan: 'silver' },
      ],
    },
  });
  assert.equal(created.response.status, 201);
  assert.ok(created.data);
  const path = { campaign_id: created.data.id };

  const started = await client.PATCH('/v1/campaigns/{campaign_id}', { params: { path }, body: { action: 'start' } });
  assert.equal(started.data?.status, 'running');

  const refused = await client.POST('/v1/campaigns/{campaign_id}/resume', { params: { path } });
  assert.equal(refused.error?.code, 'illegal_transition');

  for (const until = Date.now() + 30_000; ; ) {
    const { data } = await client.GET('/v1/campaigns/{campaign_id}', { params: { path } });
    assert.ok(data);
    if (data.status === 'completed') {
      const { data: page } = await client.GET('/v1/campaigns/{campaign_id}/contacts', { params: { path, query: { status: 'done' } } });
      assert.deepEqual(page?.data.map((contact) => contact.fields.plan), ['gold', 'silver']);
      return data;
    }
    assert.ok(Date.now() < until, 'the campaign does not complete');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
