import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { PageHead } from '@/components/page-head';
import { usePageTitle } from '@/lib/page-title';
import styles from './docs-page.module.css';
import { parts } from './parts';
import './swagger.css';

const DOCUMENT = '/api/openapi.json';

/** The API documentation: Swagger UI with the document that the service itself serves. */
export function Component() {
  usePageTitle(t`API`);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    SwaggerUI({
      domNode: place.current,
      url: DOCUMENT,
      // eslint-disable-next-line lingui/no-unlocalized-strings -- the name of a component
      layout: 'Reference',
      deepLinking: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      syntaxHighlight: false,
      plugins: [parts],
      // Otherwise it sends the document to a third party for validation.
      validatorUrl: null,
    });
  }, []);
  return (
    <div className={styles.page}>
      <PageHead
        title={t`API`}
        lead={
          <p>
            <Trans>
              Every operation of this service. You can generate clients in many languages from <a href={DOCUMENT}>the OpenAPI document</a>.
            </Trans>
          </p>
        }
      />
      <div ref={place} lang="en" />
    </div>
  );
}
