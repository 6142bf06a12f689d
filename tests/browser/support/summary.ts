import type { FullResult, Reporter, TestCase } from '@playwright/test/reporter';

/** Prints how many tests passed and failed, as all checks of this repository do. Names the tests that passed only when repeated. */
export default class Summary implements Reporter {
  private readonly tests = new Set<TestCase>();

  onTestEnd(test: TestCase): void {
    this.tests.add(test);
  }

  onEnd(result: FullResult): void {
    const outcomes = [...this.tests].map((test) => test.outcome());
    const passed = outcomes.filter((outcome) => outcome === 'expected').length;
    const unsteady = [...this.tests].filter((test) => test.outcome() === 'flaky');
    for (const test of unsteady)
      process.stdout.write(`passed only at the second attempt: ${test.titlePath().filter(Boolean).join(' › ')}\n`);
    const skipped = outcomes.filter((outcome) => outcome === 'skipped').length;
    // A failure outside of a test, such as a platform that did not start, counts as one.
    const failed = outcomes.length - passed - unsteady.length - skipped || (result.status === 'passed' ? 0 : 1);
    process.stdout.write(`${passed + unsteady.length} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  }

  printsToStdio(): boolean {
    return true;
  }
}
