import { ensureImage } from './build/index.ts';

console.log(await ensureImage((l) => console.log(l)));
