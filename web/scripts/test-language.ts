// Unit tests read messages in English, straight from the sources.
import { i18n } from '@lingui/core';

i18n.loadAndActivate({ locale: 'en', locales: 'en-GB', messages: {} });
