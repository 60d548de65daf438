import { Ajv2020 } from 'ajv/dist/2020.js';
import { ociRuntimeSchema } from './oci-runtime-schema.ts';

/** What a config.json breaks of the OCI runtime specification, each as `place: what`; empty where it is valid. */
export function validateOciConfig(config: unknown): readonly string[] {
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(ociRuntimeSchema());
  validate(config);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
}
