export { mapLimited } from '../transports/limit.ts';
