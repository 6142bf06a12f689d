// Uses the TypeScript client from OpenAPI Generator: `node client.js ORIGIN`.
import { AccountApi, AuthenticationApi, CatalogueApi, Configuration, ResponseError } from './index';

async function main(origin: string, email: string, password: string): Promise<void> {
  const anybody = new Configuration({ basePath: origin });
  const refused = await new AuthenticationApi(anybody)
    .login({ credentials: { email, password: 'not the password' } })
    .then(() => 200)
    .catch((error: unknown) => (error instanceof ResponseError ? error.response.status : error));
  if (refused !== 401) throw new Error(`a wrong password returned ${String(refused)}`);

  const { data } = await new AuthenticationApi(anybody).login({ credentials: { email, password } });
  const viewer = new Configuration({ basePath: origin, accessToken: data.token });
  const me = await new AccountApi(viewer).getMe();
  if (me.data.email !== email) throw new Error(`signed in as ${me.data.email}`);

  const catalogue = new CatalogueApi(viewer);
  const first = await catalogue.listVideos({ limit: 5, sort: 'title' });
  if (first.data.length !== 5 || first.pagination.nextCursor === null) throw new Error('the first page is not a page of 5');
  const second = await catalogue.listVideos({ limit: 5, sort: 'title', cursor: first.pagination.nextCursor });
  if (second.data.some((video) => first.data.some(({ id }) => id === video.id))) throw new Error('two pages have a video in common');
  console.log(`${me.data.role}: ${first.data[0]?.title}, ${second.data[0]?.title}`);
}

const { CLIENT_EMAIL = '', CLIENT_PASSWORD = '' } = process.env;
main(process.argv[2] ?? '', CLIENT_EMAIL, CLIENT_PASSWORD).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
