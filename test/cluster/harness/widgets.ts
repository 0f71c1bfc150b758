import type { JsonObject } from '../../../src/model/json.ts';

/** A custom resource with a status of its own and no schema to speak of: apps.example.com/v1 Widget. */
export const widgetDefinition: JsonObject = {
  metadata: { name: 'widgets.apps.example.com' },
  spec: {
    group: 'apps.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', singular: 'widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
