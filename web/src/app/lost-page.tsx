export { NotFound as Component } from '@/components/lost';
