/** The suite's own interface, which both halves of the example use. */
export { createSuiteApi, type PlannedModule, type SuiteApi } from '../suite-api.ts'
