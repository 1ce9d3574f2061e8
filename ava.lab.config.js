/** The testbeds' tests: real namespaces and virtual machines, as root. `npm run test:lab` */
export default {
  extensions: ['ts'],
  files: ['lab/tests/**/*.test.ts'],
  concurrency: 2,
  timeout: '15m',
};
