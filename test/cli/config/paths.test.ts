import { expect, it } from 'vitest';
import { dataFolder, ignoredFolders, userConfigFile } from '../../../src/cli/config/paths.js';

const ofAccount = () => '/home/of-account';

it.each([
  [{ XDG_DATA_HOME: '/data', HOME: '/home/anna' }, '/data/mailtrack'],
  [{ HOME: '/home/anna' }, '/home/anna/.local/share/mailtrack'],
  [{ XDG_DATA_HOME: '', HOME: '/home/anna' }, '/home/anna/.local/share/mailtrack'],
  [{ XDG_DATA_HOME: 'data', HOME: '/home/anna' }, '/home/anna/.local/share/mailtrack'],
  [{ XDG_DATA_HOME: './data', HOME: '' }, '/home/of-account/.local/share/mailtrack'],
  [{ HOME: 'anna' }, '/home/of-account/.local/share/mailtrack'],
  [{ HOME: '' }, '/home/of-account/.local/share/mailtrack'],
  [{}, '/home/of-account/.local/share/mailtrack'],
])('keeps data in the same folder wherever it is started: %j', (environment, folder) => {
  expect(dataFolder(environment, ofAccount)).toBe(folder);
});

it.each([
  [{ XDG_CONFIG_HOME: '/config', HOME: '/home/anna' }, '/config/mailtrack/config.toml'],
  [{ XDG_CONFIG_HOME: 'config', HOME: '/home/anna' }, '/home/anna/.config/mailtrack/config.toml'],
  [{ HOME: '' }, '/home/of-account/.config/mailtrack/config.toml'],
])(
  'reads the configuration of the user from the same file wherever it is started: %j',
  (environment, file) => {
    expect(userConfigFile(environment, ofAccount)).toBe(file);
  },
);

it.each([[() => undefined], [() => '']])('says that there is no home folder', accountHome => {
  expect(userConfigFile({}, accountHome)).toBeUndefined();
  expect(() => dataFolder({ HOME: '' }, accountHome)).toThrow(
    expect.objectContaining({
      code: 'config',
      message: 'there is no home folder: HOME is not set, and the account has none',
      fix: 'Set HOME, or XDG_DATA_HOME, to an absolute path.',
    }),
  );
});

it('names the variables that it ignores', () => {
  expect(ignoredFolders({ XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: '../config' })).toEqual([
    'XDG_DATA_HOME',
    'XDG_CONFIG_HOME',
  ]);
  expect(ignoredFolders({ XDG_DATA_HOME: '', XDG_CONFIG_HOME: '/config' })).toEqual([]);
});
