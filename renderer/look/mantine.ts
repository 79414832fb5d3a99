import { createTheme, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#eaf3ff',
  '#d3e5fb',
  '#a6caf5',
  '#7cb7ff',
  '#4f9bf0',
  '#2f85e3',
  '#0b5cb8',
  '#0a529f',
  '#094683',
  '#073763',
];

/** Mantine gives the inputs, menus and dialogs; colours and type come from tokens.css. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 3 },
  autoContrast: true,
  colors: { accent },
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '11.5px', sm: '13px', md: '13px', lg: '14px', xl: '16px' },
  defaultRadius: 7,
  respectReducedMotion: true,
});
