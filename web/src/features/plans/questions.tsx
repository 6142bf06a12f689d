import { Trans } from '@lingui/react/macro';
import { t, plural } from '@lingui/core/macro';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { usePlans } from '@/lib/queries/use-plans';
import styles from './questions.module.css';

/** Common questions before paying, with answers. */
export function Questions() {
  const plans = usePlans();
  const days = Math.max(0, ...(plans.data ?? []).map((plan) => plan.trial_days));
  const questions = [
    {
      question: t`Can I cancel anytime?`,
      answer: t`Yes, in your account. You can keep watching until the end of the period you paid for, and nothing is charged after that.`,
    },
    {
      question: t`Is there a free trial?`,
      answer:
        days > 0
          ? plural(days, {
              one: 'Yes. The first day of your first subscription is free. If you cancel before it ends, you pay nothing.',
              other: 'Yes. The first # days of your first subscription are free. If you cancel before they end, you pay nothing.',
            })
          : t`Not at the moment. Free titles only need an account, so you can look around before you pay.`,
    },
    {
      question: t`Can I change my plan later?`,
      answer: t`Yes, in your account. A higher plan starts right away, and you pay only the difference for the rest of the period. A lower plan starts with the next period. We’ll show you what it costs before anything changes.`,
    },
    {
      question: t`How can I pay?`,
      answer: t`By card, or with another method that our payment provider offers you on its secure page. We never see your card number.`,
    },
    {
      question: t`Are taxes included?`,
      answer: t`Yes. You pay the price that you see here, and nothing is added when you pay.`,
    },
  ];
  return (
    <section className={styles.questions} aria-labelledby="questions">
      <h2 id="questions">
        <Trans>Questions and answers</Trans>
      </h2>
      <ul className={styles.list}>
        {questions.map(({ question, answer }) => (
          <li key={question}>
            <details className={styles.entry}>
              <summary className={styles.question}>
                {question}
                <Icon name={MORE_ICONS.down} size={20} />
              </summary>
              <p className={styles.answer}>{answer}</p>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
