export async function buildKubernetes(_directory: string, _progress: (line: string) => void): Promise<void> {
  throw new Error('not yet');
}
