import type { Builtin } from './builtins.ts';

/** OpenShift's API servers keep their own kinds under `/openshift.io/` without the group (kind names are not needed). */
const rows = `
builds                      build.openshift.io    namespaced
buildconfigs                build.openshift.io    namespaced
deploymentconfigs           apps.openshift.io     namespaced
images                      image.openshift.io    cluster
imagestreams                image.openshift.io    namespaced
routes                      route.openshift.io    namespaced
templates                   template.openshift.io namespaced
templateinstances           template.openshift.io namespaced
brokertemplateinstances     template.openshift.io cluster
groups                      user.openshift.io     cluster
users                       user.openshift.io     cluster
useridentities              user.openshift.io     cluster
oauth/accesstokens          oauth.openshift.io    cluster
oauth/authorizetokens       oauth.openshift.io    cluster
oauth/clients               oauth.openshift.io    cluster
oauth/clientauthorizations  oauth.openshift.io    cluster`;

/** Where the API's plural differs from the path's last segment. */
const plurals: Readonly<Record<string, string>> = {
  useridentities: 'identities',
  'oauth/accesstokens': 'oauthaccesstokens',
  'oauth/authorizetokens': 'oauthauthorizetokens',
  'oauth/clients': 'oauthclients',
  'oauth/clientauthorizations': 'oauthclientauthorizations',
};

const byPath = new Map<string, Builtin>();
for (const row of rows.trim().split('\n')) {
  const [path = '', group = '', scope] = row.split(/ +/);
  byPath.set(path, { group, resource: plurals[path] ?? path, kind: '', namespaced: scope === 'namespaced', path });
}

export function openshiftAt(path: string): Builtin | undefined {
  return byPath.get(path);
}
