export { ChoosePage } from './choose-page';
export { ManagePage } from './manage-page';
