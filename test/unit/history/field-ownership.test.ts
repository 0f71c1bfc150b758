import { describe, expect, it } from '@jest/globals';
import { ownedPaths, ownsField } from '../../../src/history/field-ownership.ts';

const fields = {
  'f:metadata': {
    'f:annotations': { '.': {}, 'f:example.com/seen': {} },
    'f:finalizers': { '.': {}, 'v:"example.com/keep"': {} },
  },
  'f:spec': {
    'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {} } } } },
    'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
    'f:rules': {},
  },
};

describe('ownership of a field', () => {
  it.each([
    ['an escaped annotation', '/metadata/annotations/example.com~1seen'],
    ['an item of a list by its key', '/spec/template/spec/containers/name=web/image'],
    ['an item by two keys', '/spec/ports/port=80,protocol=TCP/port'],
    ['an item by one of its two keys', '/spec/ports/port=80/port'],
    ['a member of a set', '/metadata/finalizers/=example.com~1keep'],
    ['anything below an atomic field', '/spec/rules/#0/host'],
    ['a whole map of which it holds a part', '/metadata/annotations'],
  ])('is seen for %s', (_, path) => expect(ownsField(fields, path)).toBe(true));

  it.each([
    ['another annotation', '/metadata/annotations/other'],
    ['another container', '/spec/template/spec/containers/name=sidecar/image'],
    ['another field of the same item', '/spec/template/spec/containers/name=web/args'],
    ['another port', '/spec/ports/port=81,protocol=TCP/port'],
  ])('is not seen for %s', (_, path) => expect(ownsField(fields, path)).toBe(false));

  it('is nobody’s in an empty set', () => expect(ownsField({}, '/spec/replicas')).toBe(false));
  it('survives a broken key', () => expect(ownsField({ 'f:a': { 'k:{': {} } }, '/a/name=x')).toBe(false));
});

it('lists the fields a set names as paths that it owns', () => {
  const paths = ownedPaths(fields);
  expect(paths.sort()).toEqual([
    '/metadata/annotations/example.com~1seen',
    '/metadata/finalizers/=example.com~1keep',
    '/spec/ports/port=80,protocol=TCP/port',
    '/spec/rules',
    '/spec/template/spec/containers/name=web/image',
  ]);
  expect(paths.filter((path) => !ownsField(fields, path))).toEqual([]);
});
