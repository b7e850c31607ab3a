// Judges files that our emitters wrote: CSAF by @secvisogram/csaf-validator-lib, OSV and OpenVEX by their JSON schemas.
// Called by scripts/advisory-oracles.sh, which installs what is imported here.
//
// usage: node advisory-oracles.mjs FOLDER [OSV-SCHEMA OPENVEX-SCHEMA]
//        node advisory-oracles.mjs --schema SCHEMA FILE [SCHEMA-IT-NAMES…]
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import validate from '@secvisogram/csaf-validator-lib/validate.js'
import * as schema20 from '@secvisogram/csaf-validator-lib/schemaTests.js'
import * as mandatory20 from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
import * as schema21 from '@secvisogram/csaf-validator-lib/csaf_2_1/schemaTests.js'
import * as mandatory21 from '@secvisogram/csaf-validator-lib/csaf_2_1/mandatoryTests.js'
import Ajv from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

if (process.argv[2] === '--schema') {
  const [, , , schema, file, ...beside] = process.argv
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats(ajv)
  // The document's schema names those of CVSS, which have no part in what is judged here.
  for (const v of ['2.0', '3.0', '3.1']) ajv.addSchema({ $id: `https://www.first.org/cvss/cvss-v${v}.json` })
  for (const other of beside) ajv.addSchema(JSON.parse(readFileSync(other, 'utf8')))
  const check = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')))
  const good = check(JSON.parse(readFileSync(file, 'utf8')))
  console.log(good ? `${file}: as its schema says` : `${file}: ${ajv.errorsText(check.errors)}`)
  process.exit(good ? 0 : 1)
}

const [folder, osvSchema, openvexSchema] = process.argv.slice(2)
let wrong = 0
const tests = {
  '2.0': [schema20.csaf_2_0_strict, ...Object.values(mandatory20)],
  '2.1': [schema21.csaf_2_1_strict, ...Object.values(mandatory21)],
}
const files = (kind) => (existsSync(join(folder, kind)) ? readdirSync(join(folder, kind)) : []).sort().map((name) => join(folder, kind, name))
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const fail = (path, what) => { wrong += 1; console.log(`${path}: ${what}`) }

// The package's test 6.1.26 does not know the profile of section 4.6 of CSAF 2.1: it refuses OASIS's own valid documents of that category
// too (oasis_csaf_tc-csaf_2_1-2024-6-1-27-17-11.json and others). Its tests of the profile itself (6.1.27.14 to .17) do judge ours.
const unknown = (test, version, document) =>
  version === '2.1' && test.name === 'mandatoryTest_6_1_26' && document.document.category === 'csaf_withdrawn'

for (const kind of ['csaf-2.0', 'csaf-2.1', 'vex-2.0', 'vex-2.1']) {
  const version = kind.slice(-3)
  for (const path of files(kind)) {
    const document = read(path)
    const result = await validate(tests[version], document)
    for (const test of result.tests) {
      if (unknown(test, version, document)) continue
      for (const error of test.errors) fail(path, `${test.name} ${error.instancePath}: ${error.message}`)
    }
  }
  console.log(`${kind}: ${files(kind).length} files, ${tests[version].length} tests each`)
}
for (const [kind, path] of [['osv', osvSchema], ['openvex', openvexSchema]]) {
  if (!path) { console.log(`${kind}: skipped, no schema`); continue }
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats(ajv)
  // RFC 3987; ajv-formats has none. Ours are ASCII, so a URI is asked for.
  ajv.addFormat('iri', (text) => URL.canParse(text))
  const check = ajv.compile(read(path))
  for (const file of files(kind)) {
    if (!check(read(file))) fail(file, ajv.errorsText(check.errors))
  }
  console.log(`${kind}: ${files(kind).length} files against the schema`)
}
console.log(wrong ? `${wrong} complaints` : 'no complaints')
process.exit(wrong ? 1 : 0)
