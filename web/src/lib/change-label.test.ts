import { expect, it } from 'vitest';
import { changeLabel } from './change-label';
import type { Interval, PlanType } from './models';

const [B, P] = ['basic', 'premium'] as const;
const [M, Y] = ['month', 'year'] as const;

it('names each change, and its time unless it is immediate', () => {
  const expected: [from: [PlanType, Interval], to: [PlanType, Interval], label: string][] = [
    [[B, M], [B, Y], 'Switch to yearly billing'],
    [[B, M], [P, M], 'Upgrade to Premium'],
    [[B, M], [P, Y], 'Upgrade to Premium, billed yearly'],
    [[B, Y], [B, M], 'Switch to monthly billing at the end of the period'],
    [[B, Y], [P, M], 'Upgrade to Premium, billed monthly'],
    [[B, Y], [P, Y], 'Upgrade to Premium'],
    [[P, M], [B, M], 'Switch to Basic at the end of the period'],
    [[P, M], [B, Y], 'Switch to Basic, billed yearly, at the end of the period'],
    [[P, M], [P, Y], 'Switch to yearly billing'],
    [[P, Y], [B, M], 'Switch to Basic, billed monthly, at the end of the period'],
    [[P, Y], [B, Y], 'Switch to Basic at the end of the period'],
    [[P, Y], [P, M], 'Switch to monthly billing at the end of the period'],
  ];
  for (const [from, to, label] of expected) {
    expect(changeLabel({ plan_type: from[0], interval: from[1] }, { plan_type: to[0], interval: to[1] })).toBe(label);
  }
});
