{-# LANGUAGE OverloadedStrings #-}
-- | Sums of small expressions.
module Main (main, evaluate) where

import qualified Data.Map as Map
import Data.Maybe (fromMaybe)

{- Expressions are trees;
   {- comments nest -} as they do. -}
data Expr
  = Number Double
  | Variable String
  | Add Expr Expr
  deriving (Show, Eq)

type Env = Map.Map String Double

class Pretty a where
  pretty :: a -> String

instance Pretty Expr where
  pretty (Number n) = show n
  pretty (Variable name) = name
  pretty (Add a b) = "(" ++ pretty a ++ " + " ++ pretty b ++ ")"

evaluate :: Env -> Expr -> Either String Double
evaluate _ (Number n) = Right n
evaluate env (Variable x) =
  case Map.lookup x env of
    Just value -> Right value
    Nothing -> Left ("unknown \"" ++ x ++ "\"\n")
evaluate env (Add a b) = do
  left <- evaluate env a
  right <- evaluate env b
  return (left + right)

main :: IO ()
main = do
  let env = Map.fromList [("x", 1.5), ("y", 0x10)]
      letter = 'c'
  if null env
    then putStrLn "empty"
    else print (evaluate env (Add (Variable "x") (Number 2)))
  mapM_ print [n * 2 | n <- [1 .. 10 :: Int], n /= 5] -- the end
